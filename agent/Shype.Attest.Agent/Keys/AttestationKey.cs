using Shype.Attest.Agent.Configuration;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Commands;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Agent.Keys;

/// <summary>
/// The attestation key: made in the TPM's endorsement hierarchy under a storage key, kept in the state folder as the TPM gave it (encrypted to that key, of no use to
/// any other TPM), loaded for each piece of work and flushed after it.
/// </summary>
public sealed class AttestationKey
{
    private readonly byte[] _private;

    private AttestationKey(byte[] privateArea, PublicArea publicArea) => (_private, Public, Name) = (privateArea, publicArea, TpmName.Of(publicArea));

    /// <summary>Its public area.</summary>
    public PublicArea Public { get; }

    /// <summary>Its name.</summary>
    public TpmName Name { get; }

    /// <summary>The hash that it signs with; a quote's PCR digest is made with it too.</summary>
    public AlgorithmId SigningHash => Public.Parameters switch
    {
        RsaParameters rsa => rsa.Scheme.Hash,
        EccParameters ecc => ecc.Scheme.Hash,
        _ => AlgorithmId.Null,
    };

    /// <summary>The kept key; null where there is none.</summary>
    public static AttestationKey? Read(StateFolder state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Read(FileName, MaxFileBytes) is not { } bytes)
        {
            return null;
        }

        try
        {
            var reader = new TpmReader(bytes);
            var privateArea = reader.ReadSized("private", WireLimits.MaxPrivateBytes).ToArray();
            var publicArea = TpmWire.ReadSized<PublicArea>(ref reader, WireLimits.MaxPublicBytes);
            reader.End(FileName);
            return new AttestationKey(privateArea, publicArea);
        }
        catch (TpmFormatException e)
        {
            throw new AgentException(ExitCode.CouldNot, $"the attestation key in the state folder is damaged: {FileName}: {e.Message}; remove it and enrol anew", e);
        }
    }

    /// <summary>The kept key where it is of this kind, or a new one, kept before this returns.</summary>
    public static AttestationKey ReadOrCreate(StateFolder state, TpmClient tpm, AttestationKeyKind kind)
    {
        ArgumentNullException.ThrowIfNull(tpm);
        var template = Template(kind);
        if (Read(state) is { } kept && kept.Public with { Unique = template.Unique } == template)
        {
            return kept;
        }

        var key = Create(tpm, kind);
        key.Write(state);
        return key;
    }

    /// <summary>A new key, not kept yet.</summary>
    public static AttestationKey Create(TpmClient tpm, AttestationKeyKind kind)
    {
        ArgumentNullException.ThrowIfNull(tpm);
        using var parent = Parent(tpm);
        var created = tpm.Execute(new CreateCommand(parent.Handle, Template(kind)));
        return new AttestationKey(created.Private, created.Public);
    }

    /// <summary>Keeps it in the place of the one before.</summary>
    public void Write(StateFolder state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Write(FileName, ToBytes());
    }

    /// <summary>Loads it; flushed when disposed of.</summary>
    /// <exception cref="AgentException">It is another TPM's.</exception>
    public LoadedObject Load(TpmClient tpm)
    {
        ArgumentNullException.ThrowIfNull(tpm);
        using var parent = Parent(tpm);
        try
        {
            return LoadedObject.Load(tpm, parent.Handle, _private, Public);
        }
        catch (TpmParameterException e)
        {
            throw new AgentException(
                ExitCode.CouldNot,
                $"the attestation key does not load: was it made by another TPM, or was this one cleared? Remove {FileName} from the state folder and enrol anew ({e.Message})",
                e);
        }
    }

    // A storage key of the endorsement hierarchy: for keys of the owner's, a TPM obfuscates reset counts and firmware version in what it signs
    // (TPM 2.0 Part 1, 36.7), and a verifier could not tell one boot from another by them.
    private static LoadedObject Parent(TpmClient tpm) => LoadedObject.CreatePrimary(tpm, Handle.Endorsement, KeyTemplates.SrkEccP256);

    private static PublicArea Template(AttestationKeyKind kind) => kind switch
    {
        AttestationKeyKind.RsaSsa => KeyTemplates.AkRsaSsa2048,
        AttestationKeyKind.RsaPss => KeyTemplates.AkRsaPss2048,
        AttestationKeyKind.EcdsaP384 => KeyTemplates.AkEcdsaP384,
        _ => KeyTemplates.AkEcdsaP256,
    };

    // TPM2B_PRIVATE and TPM2B_PUBLIC in one file: together or not at all.
    private byte[] ToBytes()
    {
        var writer = new TpmWriter(stackalloc byte[512]);
        writer.WriteSized(_private);
        TpmWire.WriteSized(ref writer, Public);
        return writer.ToArray();
    }

    private const string FileName = "ak.key";
    private const int MaxFileBytes = 8192;
}
