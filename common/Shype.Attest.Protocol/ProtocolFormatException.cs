namespace Shype.Attest.Protocol;

// Thrown inside the codecs only; the Try borders turn it into a ProtocolProblem.
internal sealed class ProtocolFormatException(ProtocolProblem problem) : Exception(problem.ToString())
{
    public ProtocolProblem Problem { get; } = problem;
}
