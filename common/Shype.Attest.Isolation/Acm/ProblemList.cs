namespace Shype.Attest.Isolation.Acm;

/// <summary>Collects problems up to a bound, so that a hostile file cannot make a long list.</summary>
/// <param name="isLegacy">Whether the readings of Xen's old tools are allowed; each that is used is kept.</param>
internal sealed class ProblemList(bool isLegacy = false)
{
    private readonly List<PolicyProblem> _problems = [];
    private readonly List<PolicyProblem> _readings = [];

    public bool IsEmpty => _problems.Count == 0;

    public bool IsFull => _problems.Count > AcmLimits.MaxProblems;

    /// <summary>Whether the readings of Xen's old tools are allowed.</summary>
    public bool IsLegacy { get; } = isLegacy;

    /// <summary>What is put before messages while a second file is read.</summary>
    public string File { get; set; } = "";

    /// <summary>Where a legacy reading was used, in the order of the file.</summary>
    public IReadOnlyList<PolicyProblem> Readings => Ordered(_readings);

    public void Add(int line, int column, PolicyProblemCode code, string message) => Add(_problems, new(line, column, code, File + message));

    public void Add(AcmElement at, PolicyProblemCode code, string message) => Add(at.Line, at.Column, code, message);

    /// <summary>A problem where the file is read strictly; where legacy readings are allowed, true, and a note of how it is read.</summary>
    public bool Allows(AcmElement at, PolicyProblemCode code, string problem, string reading)
    {
        if (!IsLegacy)
        {
            Add(at, code, problem);
            return false;
        }

        Add(_readings, new(at.Line, at.Column, code, File + reading));
        return true;
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<PolicyProblem> ToList() => Ordered(_problems);

    private static void Add(List<PolicyProblem> list, PolicyProblem problem)
    {
        if (list.Count < AcmLimits.MaxProblems)
        {
            list.Add(problem);
        }
        else if (list.Count == AcmLimits.MaxProblems)
        {
            list.Add(new(problem.Line, problem.Column, PolicyProblemCode.TooManyProblems, $"more than {AcmLimits.MaxProblems} problems; mend these first"));
        }
    }

    private static IReadOnlyList<PolicyProblem> Ordered(List<PolicyProblem> list) =>
        [.. list.OrderBy(problem => problem.Code == PolicyProblemCode.TooManyProblems).ThenBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
