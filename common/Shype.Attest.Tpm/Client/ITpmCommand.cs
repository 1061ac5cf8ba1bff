using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>A command of TPM 2.0 Part 3, and how its response is read. <see cref="TpmClient"/> does what is common to all: headers, sessions, encryption.</summary>
/// <typeparam name="TResponse">What the TPM answers.</typeparam>
public interface ITpmCommand<out TResponse>
{
    /// <summary>Its number.</summary>
    CommandCode Code { get; }

    /// <summary>Its handle area.</summary>
    IReadOnlyList<Handle> HandleArea => [];

    /// <summary>How many of the handles, from the first, need authorisation ("@" in the command's table).</summary>
    int AuthorizedHandles => 0;

    /// <summary>Whether a handle comes back in front of the response's parameters.</summary>
    bool ReturnsHandle => false;

    /// <summary>Whether the first parameter is a TPM2B, which a session can encrypt (Part 1, 21).</summary>
    bool SendsSized => false;

    /// <summary>Whether the response's first parameter is a TPM2B, which a session can encrypt.</summary>
    bool ReturnsSized => false;

    /// <summary>Writes the parameter area.</summary>
    void WriteParameters(ref TpmWriter writer);

    /// <summary>Reads the response's parameter area to its last byte, or leaves the rest to be refused.</summary>
    TResponse ReadResponse(Handle handle, ref TpmReader parameters);
}

/// <summary>The response of a command that returns nothing but its success.</summary>
public readonly record struct NoResponse;
