using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace EfCore.Migrations;

/// <summary>A later one: the queue is in the database by then.</summary>
[DbContext(typeof(ShopContext))]
[Migration("20260301080000_OrdersShipped")]
internal sealed class OrdersShipped : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<bool>(name: "Shipped", table: "Orders", type: "INTEGER", nullable: false, defaultValue: false);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn(name: "Shipped", table: "Orders");
}
