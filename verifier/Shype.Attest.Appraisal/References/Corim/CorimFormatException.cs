using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.References.Corim;

// Thrown inside the codec only; CorimReader.TryRead turns it into a problem.
internal sealed class CorimFormatException(ProtocolProblem problem) : Exception(problem.ToString())
{
    public ProtocolProblem Problem { get; } = problem;
}
