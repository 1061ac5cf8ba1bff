using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Shype.Attest.Verifier.Watch;

/// <summary>
/// Where webhooks may go (threat row R10): public addresses by HTTPS, and what the machine's administrator listed as host and port. Names are judged by
/// the addresses that they have at the moment of connecting, and only these are connected to, so that a name that changes its mind gains nothing.
/// </summary>
internal static class WebhookTarget
{
    /// <summary>Whether this may be a webhook's address; says what is wrong with it.</summary>
    public static bool TryRead(string text, IReadOnlyCollection<string> listed, [NotNullWhen(true)] out Uri? target, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (text.Length > MaxCharacters || !Uri.TryCreate(text, UriKind.Absolute, out target) || target.Scheme is not ("https" or "http") || target.Host.Length == 0)
        {
            target = null;
            problem = $"is not an https address of at most {MaxCharacters} characters";
        }
        else if (target.UserInfo.Length > 0 || target.Fragment.Length > 0)
        {
            problem = "has a user or a fragment, which no webhook needs";
        }
        else if (target.Scheme == "http" && !IsListed(target, listed))
        {
            problem = $"is not https: without it {Authority(target)} must stand in WebhookTargets of the verifier's settings";
        }
        else if (IPAddress.TryParse(target.IdnHost.Trim('[', ']'), out var address) && !IsPublic(address) && !IsListed(target, listed))
        {
            problem = $"is an address that is not public: {Authority(target)} must stand in WebhookTargets of the verifier's settings";
        }

        return problem is null;
    }

    /// <summary>Whether the administrator listed this host and port.</summary>
    public static bool IsListed(Uri target, IReadOnlyCollection<string> listed) => listed.Contains(Authority(target), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a setting is a host and a port.</summary>
    public static bool IsHostAndPort(string text) =>
        Uri.TryCreate("https://" + text, UriKind.Absolute, out var uri) && string.Equals(Authority(uri), text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Connects to an address of the target that it may have; a name with one that it may not have is refused as a whole.</summary>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, bool isListed, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken);
        if (!isListed && addresses.FirstOrDefault(address => !IsPublic(address)) is { } forbidden)
        {
            throw new WebhookRefusedException($"{endPoint.Host} has the address {forbidden}, which is not public, and {endPoint.Host}:{endPoint.Port} does not stand in WebhookTargets");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address is one of the public internet, by IANA's registries of special-purpose addresses (RFC 6890).</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Special4.Any(network => network.Contains(address)),
            // Only 2000::/3 is given out; parts of it carry an IPv4 address inside or are no one's.
            AddressFamily.InterNetworkV6 => Global6.Contains(address) && !Special6.Any(network => network.Contains(address)),
            _ => false,
        };
    }

    private static string Authority(Uri target) => $"{(target.HostNameType == UriHostNameType.IPv6 ? target.Host : target.IdnHost)}:{target.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}";

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special6 = [.. ((string[])["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(IPNetwork.Parse)];

    private static readonly IPNetwork[] Special4 =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ]).Select(IPNetwork.Parse),
    ];

    private const int MaxCharacters = 1000;
}

/// <summary>A target that may not be connected to.</summary>
internal sealed class WebhookRefusedException(string message) : IOException(message);
