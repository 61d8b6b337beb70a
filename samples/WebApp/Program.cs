// Run it with: dotnet run --project samples/WebApp
// Then: curl -i -X POST http://127.0.0.1:5080/thumbnails -H 'Content-Type: application/json' -d '{"text":"hello","width":200}'
//       curl http://127.0.0.1:5080/tasks/1?wait=10
// And open http://127.0.0.1:5080/queue in a browser.
using DurableQueue;
using WebApp;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddDurableQueue(queue => queue
    .UseSqlite(builder.Configuration["Queue:Path"] ?? "queue.db")
    .AddHandler<MakeThumbnail, string, ThumbnailHandler>("thumbnail", handler =>
    {
        handler.Description = "Draws a picture of a text.";
        handler.MaxAttempts = 5;
        handler.Timeout = TimeSpan.FromMinutes(1);
    })
    .AddWorker(worker => worker.Concurrency = 4));
builder.Services.AddHealthChecks().AddDurableQueue();
builder.Services.AddLogin();

var app = builder.Build();
app.MapThumbnails();
app.MapTasks();
app.MapMetrics();
app.MapHealthChecks("/health");
app.MapLogin();
app.MapDurableQueueDashboard("/queue").RequireAuthorization(Login.Policy);
await app.RunAsync();
