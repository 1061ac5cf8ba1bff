namespace Shype.Attest.Isolation.Acm;

/// <summary>Collects problems up to a bound, so that a hostile file cannot make a long list.</summary>
internal sealed class ProblemList
{
    private readonly List<PolicyProblem> _problems = [];

    public bool IsEmpty => _problems.Count == 0;

    public bool IsFull => _problems.Count > AcmLimits.MaxProblems;

    public void Add(int line, int column, PolicyProblemCode code, string message)
    {
        if (_problems.Count < AcmLimits.MaxProblems)
        {
            _problems.Add(new(line, column, code, message));
        }
        else if (!IsFull)
        {
            _problems.Add(new(line, column, PolicyProblemCode.TooManyProblems, $"more than {AcmLimits.MaxProblems} problems; mend these first"));
        }
    }

    public void Add(AcmElement at, PolicyProblemCode code, string message) => Add(at.Line, at.Column, code, message);

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<PolicyProblem> ToList() => [.. _problems.OrderBy(problem => problem.Code == PolicyProblemCode.TooManyProblems).ThenBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
