using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DurableQueue.Sqlite;

/// <summary>
/// What the directory knows of a file, asked without opening it: closing any descriptor of a database drops SQLite's locks on it. Linux only; elsewhere
/// <see cref="IsSupported"/> is <see langword="false"/>, and nothing is asked.
/// </summary>
internal readonly partial record struct FileStatus(FileIdentity Identity, uint Links, uint Owner, uint Group, ushort Mode, ulong Length)
{
    /// <summary>No file of that name, or a directory on the way is missing.</summary>
    public const int NoEntry = 2;
    private const int NotADirectory = 20;

    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const uint CreationTime = 0x800;
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const int KindMask = 0xF000;
    private const int RegularKind = 0x8000;
    private const int DirectoryKind = 0x4000;
    private const int PipeKind = 0x1000;
    private const int LinkKind = 0xA000;

    /// <summary>The size of <c>struct statx</c>, which is the same on all architectures.</summary>
    private const int BufferSize = 256;

    /// <summary>Old kernels, and some sandboxes, don't have the call.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Ask(Encode("/"), 0, out _) == 0;

    public bool IsRegularFile => (Mode & KindMask) == RegularKind;

    public bool IsDirectory => (Mode & KindMask) == DirectoryKind;

    /// <summary>Only if it was asked for without following links.</summary>
    public bool IsLink => (Mode & KindMask) == LinkKind;

    public bool IsPipe => (Mode & KindMask) == PipeKind;

    /// <summary>Read, write and execute for owner, group and others.</summary>
    public int Permissions => Mode & 0x1FF;

    /// <summary>The path as the kernel takes it; kept by callers that ask often.</summary>
    public static byte[] Encode(string path) => Encoding.UTF8.GetBytes(path + '\0');

    /// <returns><see langword="null"/> if the file does not exist or cannot be seen, or the system cannot tell.</returns>
    public static FileStatus? Of(string path, bool followLink = true) =>
        IsSupported && Ask(Encode(path), followLink ? 0 : NoFollow, out var status) == 0 ? status : null;

    /// <summary>The file behind an open descriptor.</summary>
    public static FileStatus? Of(SafeFileHandle handle) =>
        IsSupported && Ask((int)handle.DangerousGetHandle(), Encode(""), EmptyPath, out var status) == 0 ? status : null;

    /// <summary>Follows links.</summary>
    /// <returns>0, <see cref="NoEntry"/>, or another error number.</returns>
    public static int Ask(ReadOnlySpan<byte> encodedPath, out FileStatus status) => Ask(encodedPath, 0, out status);

    private static int Ask(ReadOnlySpan<byte> encodedPath, int flags, out FileStatus status) => Ask(CurrentDirectory, encodedPath, flags, out status);

    private static unsafe int Ask(int directory, ReadOnlySpan<byte> encodedPath, int flags, out FileStatus status)
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        status = default;
        try
        {
            fixed (byte* path = encodedPath)
            fixed (byte* result = buffer)
            {
                if (Statx(directory, path, flags, BasicStats | CreationTime, result) != 0)
                {
                    var error = Marshal.GetLastPInvokeError();
                    return error == NotADirectory ? NoEntry : error;
                }
            }
        }
        catch (EntryPointNotFoundException)
        {
            return -1;
        }

        status = new FileStatus(
            new FileIdentity(
                Device: ((ulong)Number(buffer, 136) << 32) | Number(buffer, 140),
                Inode: BitConverter.ToUInt64(buffer[32..]),
                CreatedAt: (BitConverter.ToUInt64(buffer[80..]) * NanosecondsPerSecond) + Number(buffer, 88)),
            Links: Number(buffer, 16),
            Owner: Number(buffer, 20),
            Group: Number(buffer, 24),
            Mode: BitConverter.ToUInt16(buffer[28..]),
            Length: BitConverter.ToUInt64(buffer[40..]));
        return 0;
    }

    private static uint Number(ReadOnlySpan<byte> buffer, int at) => BitConverter.ToUInt32(buffer[at..]);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int Statx(int directory, byte* path, int flags, uint mask, byte* result);
}
