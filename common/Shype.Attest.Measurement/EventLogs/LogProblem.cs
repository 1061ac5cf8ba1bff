namespace Shype.Attest.Measurement.EventLogs;

/// <summary>Why bytes are not a firmware log: the member, where it stands, what is wrong with it.</summary>
/// <param name="Member">The member, by its name in the PC Client Platform Firmware Profile, with the event's number.</param>
/// <param name="Offset">Byte offset in the log.</param>
/// <param name="Problem">What is wrong, in words.</param>
public sealed record LogProblem(string Member, int Offset, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Member} at byte {Offset}: {Problem}";
}

// Thrown inside the parser only; TcgEventLog.TryParse is the border.
internal sealed class LogFormatException(LogProblem problem) : Exception(problem.ToString())
{
    public LogProblem Problem { get; } = problem;
}
