namespace Shype.Attest.Tpm.Files;

/// <summary>Why a file is not what it should be.</summary>
/// <param name="Problem">What is wrong, for a person; no full stop.</param>
public sealed record FileProblem(string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => Problem;
}
