namespace Shype.Attest.Isolation.Flask;

// Thrown inside the reader only; FlaskBinary turns it into a FlaskProblem.
internal sealed class FlaskFormatException(FlaskProblem problem) : Exception(problem.ToString())
{
    public FlaskProblem Problem { get; } = problem;
}
