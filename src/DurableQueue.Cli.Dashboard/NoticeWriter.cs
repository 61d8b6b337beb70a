using System.Text.Json;
using DurableQueue.Cli.Dashboards.Messages;

namespace DurableQueue.Cli.Dashboard;

/// <summary>Tells dq, a line for each notice. Whether dq still listens is none of the caller's business: it ends this program when it ends.</summary>
internal sealed class NoticeWriter(Stream output)
{
    private readonly Lock sync = new();

    public void Write(DashboardNotice notice)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(notice, MessageJson.Default.DashboardNotice), (byte)'\n'];
        try
        {
            lock (sync)
            {
                output.Write(line);
                output.Flush();
            }
        }
        catch (IOException)
        {
        }
    }
}
