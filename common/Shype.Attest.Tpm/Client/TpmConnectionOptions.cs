namespace Shype.Attest.Tpm.Client;

/// <summary>How long to wait for a TPM.</summary>
public sealed record TpmConnectionOptions
{
    /// <summary>How long to wait until a socket is connected and, since swtpm serves one client at a time, until it is our turn.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one command may take. Chips have been seen to look for an RSA key for more than a minute; the kernel's own limit is five.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock that both are measured by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
