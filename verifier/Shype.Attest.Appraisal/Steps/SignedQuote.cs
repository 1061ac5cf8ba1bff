using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Steps;

/// <summary>A quote whose signature was checked: what every later step takes, and nothing else.</summary>
/// <param name="Proof">The quote.</param>
/// <param name="Hash">The hash of its signature, which is also that of its PCR digest (TPM 2.0 Part 3, 18.4).</param>
internal sealed record SignedQuote(Verified<Attestation> Proof, AlgorithmId Hash)
{
    public Attestation Attest => Proof.Value;

    public QuoteBody Body => (QuoteBody)Proof.Value.Body;
}
