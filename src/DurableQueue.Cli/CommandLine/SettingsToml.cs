using Tomlyn.Model;
using Tomlyn.Serialization;

namespace DurableQueue.Cli.CommandLine;

/// <summary>Reads a settings file without reflection, which a program that was compiled ahead of time has not.</summary>
[TomlSerializable(typeof(TomlTable))]
internal sealed partial class SettingsToml : TomlSerializerContext;
