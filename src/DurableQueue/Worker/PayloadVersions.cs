using System.Globalization;

namespace DurableQueue.Worker;

/// <summary>Reads a handler's payload, and upgrades it if it was stored in an older version.</summary>
internal sealed class PayloadVersions
{
    private readonly PayloadUpgrade[] upgrades;

    private readonly HandlerDescriptor handler;
    private readonly bool isVersioned;

    public PayloadVersions(HandlerDescriptor handler, HandlerOptions options)
    {
        this.handler = handler;
        isVersioned = options.Version is not null || options.Upgrades.Count > 0;
        Current = options.Version ?? (handler.PayloadType is { } payload ? PayloadAttributes.Find(payload)?.Version : null) ?? 1;
        upgrades = [.. options.Upgrades.OrderBy(upgrade => upgrade.Version)];
    }

    public int Current { get; }

    /// <summary>Messages that say what is wrong with the versions and upgrades of the handler.</summary>
    public IEnumerable<string> Failures()
    {
        if (isVersioned && (handler.PayloadType is null || handler.TakesBytes))
        {
            yield return handler.TakesBytes
                ? "Version and UpgradeFrom apply only to payloads that are read as JSON; the handler takes the stored bytes."
                : "Version and UpgradeFrom apply only to handlers that read a payload; this one reads none.";
            yield break;
        }

        if (Current < 1)
        {
            yield return $"Version must be at least 1; it is {Current}.";
        }

        for (var i = 0; i < upgrades.Length; i++)
        {
            var (version, _, to, _) = upgrades[i];
            if (version < 1 || version >= Current)
            {
                yield return $"UpgradeFrom must be called with a version from 1 to below the handler's version, {Current}; it was called with {version}.";
            }

            if (i > 0 && upgrades[i - 1].Version == version)
            {
                yield return $"UpgradeFrom is called twice for version {version}.";
            }

            if (to != handler.PayloadType && Next(i) is null)
            {
                yield return $"The upgrade from version {version} returns {to}, which is neither the payload type {handler.PayloadType} nor the type that the next upgrade takes.";
            }
        }
    }

    /// <summary>The version of a payload type. An old one is recognized by its upgrade. <see langword="null"/> if the handler's payload has no versions.</summary>
    public int? VersionOf(Type payload)
    {
        if (handler.PayloadType is null || handler.TakesBytes)
        {
            return null;
        }

        return payload == handler.PayloadType ? Current : Array.Find(upgrades, upgrade => upgrade.From == payload)?.Version ?? Current;
    }

    /// <exception cref="UnreadablePayloadException">The payload is not JSON of its version's type, or its version is unknown.</exception>
    public TPayload Read<TPayload>(HandlerInvocation call)
    {
        if (handler.TakesBytes)
        {
            return RawBytes.Read<TPayload>(call.Leased.Payload);
        }

        if (!call.Leased.Metadata.TryGetValue(TaskTypeAttribute.VersionMetadataKey, out var text))
        {
            return Current == 1 ? call.ReadPayload<TPayload>() : Upgrade<TPayload>(call, 1);
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw Unreadable(typeof(TPayload), text);
        }

        return version == Current ? call.ReadPayload<TPayload>() : Upgrade<TPayload>(call, version);
    }

    private TPayload Upgrade<TPayload>(HandlerInvocation call, int version)
    {
        var start = Array.FindIndex(upgrades, upgrade => upgrade.Version == version);
        if (start < 0)
        {
            throw Unreadable(typeof(TPayload), version.ToString(CultureInfo.InvariantCulture));
        }

        var payload = call.ReadPayload(upgrades[start].From);
        for (int? step = start; step is { } at; step = Next(at))
        {
            payload = upgrades[at].Apply(payload)
                ?? throw new UnreadablePayloadException(typeof(TPayload), $"its upgrade from version {upgrades[at].Version} returned null.", null);
        }

        return (TPayload)payload;
    }

    private int? Next(int step) => step + 1 < upgrades.Length && upgrades[step + 1].From == upgrades[step].To ? step + 1 : null;

    private UnreadablePayloadException Unreadable(Type payload, string version)
    {
        var upgraded = upgrades.Length == 0 ? "none" : string.Join(", ", upgrades.Select(upgrade => upgrade.Version));
        return new UnreadablePayloadException(
            payload, $"it has version {version}; the handler in this process reads version {Current} and upgrades from {upgraded}.", null);
    }
}
