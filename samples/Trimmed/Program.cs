using Trimmed;

// A service published with PublishTrimmed, where JSON works by source-generated contexts only. It runs each kind of handler once, and reads everything that
// a queue can tell. With --without-context it shows what the start says if UseJson is forgotten.
var directory = Directory.CreateTempSubdirectory("durable-queue-trimmed-");
try
{
    return await Shop.RunAsync(Path.Combine(directory.FullName, "queue.db"), withContext: !args.Contains("--without-context"));
}
finally
{
    directory.Delete(recursive: true);
}
