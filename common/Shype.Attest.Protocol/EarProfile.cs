namespace Shype.Attest.Protocol;

/// <summary>The two live dialects of EAR (docs/results.md): the same claims under other names.</summary>
public enum EarProfile
{
    /// <summary>The deployed one: <see cref="AttestationResult.VeraisonProfile"/>.</summary>
    Veraison,

    /// <summary>draft-ietf-rats-ear: <see cref="AttestationResult.IetfProfile"/>.</summary>
    Ietf,
}

/// <summary>How a result is written: which dialect, and as which kind of token.</summary>
/// <param name="Profile">The dialect.</param>
/// <param name="IsCwt">A CWT (RFC 8392) where it is set, a JWT (RFC 7519) otherwise.</param>
public sealed record EarForm(EarProfile Profile, bool IsCwt)
{
    /// <summary>What is written where nobody asks for another one.</summary>
    public static EarForm Default { get; } = new(EarProfile.Veraison, IsCwt: false);

    /// <summary>The media type (RFC 9782), without its parameter.</summary>
    public string MediaType => IsCwt ? MediaTypes.EatCwt : MediaTypes.EatJwt;

    /// <summary>The profile's name.</summary>
    public string ProfileName => Profile == EarProfile.Ietf ? AttestationResult.IetfProfile : AttestationResult.VeraisonProfile;
}
