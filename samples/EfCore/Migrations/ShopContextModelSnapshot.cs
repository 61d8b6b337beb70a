using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace EfCore.Migrations;

/// <summary>The model after the last migration.</summary>
[DbContext(typeof(ShopContext))]
internal sealed class ShopContextModelSnapshot : ModelSnapshot
{
    protected override void BuildModel(ModelBuilder modelBuilder) => modelBuilder.Entity("EfCore.Order", order =>
    {
        order.Property<long>("Id").ValueGeneratedOnAdd().HasColumnType("INTEGER");
        order.Property<string>("Item").IsRequired().HasColumnType("TEXT");
        order.Property<bool>("Shipped").HasColumnType("INTEGER");
        order.HasKey("Id");
        order.ToTable("Orders");
    });
}
