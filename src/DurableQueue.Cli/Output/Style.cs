namespace DurableQueue.Cli.Output;

/// <summary>The terminal colors that the tables use.</summary>
internal enum Style
{
    Plain = 0,
    Bold = 1,
    Dim = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
}
