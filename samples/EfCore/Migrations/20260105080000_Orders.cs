using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace EfCore.Migrations;

/// <summary>The first migration of the application.</summary>
[DbContext(typeof(ShopContext))]
[Migration("20260105080000_Orders")]
internal sealed class Orders : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        name: "Orders",
        columns: table => new
        {
            Id = table.Column<long>(type: "INTEGER", nullable: false).Annotation("Sqlite:Autoincrement", true),
            Item = table.Column<string>(type: "TEXT", nullable: false),
        },
        constraints: table => table.PrimaryKey("PK_Orders", order => order.Id));

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable(name: "Orders");
}
