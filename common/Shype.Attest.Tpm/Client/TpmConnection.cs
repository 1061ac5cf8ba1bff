using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Shype.Attest.Tpm.Client;

/// <summary>Opens a TPM by an address in text.</summary>
public static class TpmConnection
{
    /// <summary>The forms of an address.</summary>
    public const string Forms = "/dev/tpmrm0, device:PATH, swtpm:unix:PATH, swtpm:tcp:HOST:PORT or mssim:HOST:PORT";

    /// <summary>Opens a TPM.</summary>
    /// <param name="address">One of <see cref="Forms"/>.</param>
    /// <param name="options">How long to wait.</param>
    /// <exception cref="ArgumentException">The address has none of the forms.</exception>
    /// <exception cref="TpmTransportException">The TPM cannot be reached.</exception>
    public static ITpmTransport Open(string address, TpmConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.StartsWith("/dev/", StringComparison.Ordinal))
        {
            return DeviceTransport.Open(address, options);
        }

        if (After(address, "device:") is { Length: > 0 } device)
        {
            return DeviceTransport.Open(device, options);
        }

        if (After(address, "swtpm:unix:") is { Length: > 0 } path)
        {
            return SwtpmTransport.Connect(UnixSocket(address, path), options);
        }

        if (After(address, "swtpm:tcp:") is { } tcp)
        {
            return SwtpmTransport.Connect(HostAndPort(address, tcp, IPEndPoint.MaxPort), options);
        }

        if (After(address, "mssim:") is { } simulator)
        {
            // The platform's port is the next one.
            return MssimTransport.Connect(HostAndPort(address, simulator, IPEndPoint.MaxPort - 1), options);
        }

        throw Refuse(address, "its beginning is not known");
    }

    private static string? After(string address, string prefix) => address.StartsWith(prefix, StringComparison.Ordinal) ? address[prefix.Length..] : null;

    private static UnixDomainSocketEndPoint UnixSocket(string address, string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Refuse(address, "its path is longer than a UNIX socket's can be (107 bytes)");
        }
    }

    private static DnsEndPoint HostAndPort(string address, string text, int largestPort)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 && port <= largestPort
            ? new DnsEndPoint(text[..colon].Trim('[', ']'), port)
            : throw Refuse(address, $"HOST:PORT is needed at its end, with a port of 1 to {largestPort}");
    }

    private static ArgumentException Refuse(string address, string why) => new($"'{address}' is no TPM's address: {why}; write {Forms}", nameof(address));
}
