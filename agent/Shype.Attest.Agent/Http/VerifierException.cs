using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Http;

/// <summary>The verifier could not be asked, or said no.</summary>
public sealed class VerifierException : Exception
{
    /// <summary>It could not be asked.</summary>
    public VerifierException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>It answered with a problem.</summary>
    public VerifierException(string message, ProblemDocument? problem)
        : base(message) => Problem = problem;

    /// <summary>Its problem details; null where it gave none.</summary>
    public ProblemDocument? Problem { get; }

    /// <summary>How a command ends: refused where the verifier decided so, could not otherwise.</summary>
    public ExitCode Code => Problem?.Type is ProblemTypes.EnrolmentRefused or ProblemTypes.ActivationFailed or ProblemTypes.HostNameTaken
        or ProblemTypes.HostPending or ProblemTypes.HostRevoked or ProblemTypes.Forbidden
        ? ExitCode.Refused
        : ExitCode.CouldNot;
}
