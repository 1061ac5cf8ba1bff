using Shype.Attest.Protocol;

namespace Shype.Attest.Client;

/// <summary>What came of a question. Only <see cref="VmTrusted"/> is a yes; everything else, whatever its reason, is none.</summary>
public abstract record VmAnswer
{
    private protected VmAnswer()
    {
    }

    /// <summary>Whether it is a yes.</summary>
    public bool IsTrusted => this is VmTrusted;

    /// <summary>One sentence for a person. What a host said stands in it as it came: escape it where it is shown.</summary>
    public abstract string Text { get; }
}

/// <summary>The VM and its host are what they should be, now, and everything that was demanded is proven.</summary>
/// <param name="Result">The result, whose signature, times, nonce and subject were checked.</param>
/// <param name="Token">The result as it was signed, to be kept.</param>
public sealed record VmTrusted(AttestationResult Result, string Token) : VmAnswer
{
    /// <inheritdoc/>
    public override string Text => "affirming";
}

/// <summary>The verifier says no, or not wholly yes.</summary>
/// <param name="Result">The result, whose signature, times and nonce were checked.</param>
/// <param name="Token">The result as it was signed, to be kept.</param>
/// <param name="Reasons">Why, the most important first.</param>
public sealed record VmNotTrusted(AttestationResult Result, string Token, IReadOnlyList<string> Reasons) : VmAnswer
{
    /// <inheritdoc/>
    public override string Text => Reasons.Count == 0 ? "the verdict is not affirming" : Reasons[0];
}

/// <summary>The answer does not hold, so nothing of it counts: somebody lies, or the keys are not the verifier's.</summary>
/// <param name="Problem">What is wrong with it.</param>
public sealed record VmAnswerRefused(TokenProblem Problem) : VmAnswer
{
    /// <inheritdoc/>
    public override string Text => Problem.Detail;
}

/// <summary>No known host runs the VM, or more than one says that it does.</summary>
/// <param name="Problem">One of <see cref="ProblemTypes"/>.</param>
/// <param name="Detail">The verifier's sentence.</param>
public sealed record VmUnknown(string Problem, string Detail) : VmAnswer
{
    /// <inheritdoc/>
    public override string Text => Detail;
}

/// <summary>Nobody answered: the verifier cannot be reached, or the host that it asked is silent. It says nothing about the VM, and never a yes.</summary>
/// <param name="Problem">One of <see cref="ProblemTypes"/> where the verifier answered; null where it was not reached.</param>
/// <param name="Detail">Why.</param>
public sealed record VmUnreachable(string? Problem, string Detail) : VmAnswer
{
    /// <inheritdoc/>
    public override string Text => Detail;
}

/// <summary>The verifier does not take this question from this caller: the token is unknown or allows less, or the question is not well-formed.</summary>
/// <param name="Problem">One of <see cref="ProblemTypes"/>.</param>
/// <param name="Detail">The verifier's sentence.</param>
public sealed record VmQuestionRefused(string Problem, string Detail) : VmAnswer
{
    /// <inheritdoc/>
    public override string Text => Detail;
}
