namespace DurableQueue.Processes.Linux;

/// <summary>What the kernel knows about a file: which one it is, whatever it is called, and whose.</summary>
internal readonly record struct InodeStatus(uint DeviceMajor, uint DeviceMinor, ulong Inode, ushort Mode, uint Owner, uint Group, ulong Size)
{
    private const int StatusBytes = 256;
    private const int KindMask = 0xF000;
    private const int RegularKind = 0x8000;
    private const int DirectoryKind = 0x4000;
    private const int PipeKind = 0x1000;

    public bool IsRegular => (Mode & KindMask) == RegularKind;

    public bool IsDirectory => (Mode & KindMask) == DirectoryKind;

    public bool IsPipe => (Mode & KindMask) == PipeKind;

    /// <summary>Both are the same file.</summary>
    public bool IsSameFile(InodeStatus other) => (DeviceMajor, DeviceMinor, Inode) == (other.DeviceMajor, other.DeviceMinor, other.Inode);

    /// <returns><see langword="null"/> if there is none. A link counts as itself.</returns>
    public static InodeStatus? Of(string path) => Ask(Native.AtWorkingDirectory, path, Native.AtNoFollow);

    /// <summary>Follows links, such as those of <c>/proc/self/fd</c>.</summary>
    public static InodeStatus? OfTarget(string path) => Ask(Native.AtWorkingDirectory, path, 0);

    /// <returns><see langword="null"/> if the descriptor is not open.</returns>
    public static InodeStatus? Of(int descriptor) => Ask(descriptor, "", Native.AtEmptyPath);

    private static unsafe InodeStatus? Ask(int directory, string path, int flags)
    {
        // The layout of statx is the same on every processor.
        var status = stackalloc byte[StatusBytes];
        if (Native.Status(directory, path, flags, Native.BasicStatus, status) != 0)
        {
            return null;
        }

        var bytes = new ReadOnlySpan<byte>(status, StatusBytes);
        return new InodeStatus(
            Number(bytes, 136), Number(bytes, 140), BitConverter.ToUInt64(bytes[32..]), BitConverter.ToUInt16(bytes[28..]), Number(bytes, 20), Number(bytes, 24),
            BitConverter.ToUInt64(bytes[40..]));
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BitConverter.ToUInt32(bytes[at..]);
}
