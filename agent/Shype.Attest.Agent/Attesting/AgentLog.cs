using Microsoft.Extensions.Logging;

namespace Shype.Attest.Agent.Attesting;

/// <summary>What the running agent logs, with ids that keep their meaning.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Answering challenges of {Verifier} as host {HostId}")]
    public static partial void Serving(ILogger logger, Uri verifier, string hostId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Attested: {Status}")]
    public static partial void Attested(ILogger logger, string status);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "A challenge could not be answered: {Problem}")]
    public static partial void AnswerFailed(ILogger logger, string problem);

    [LoggerMessage(EventId = 4, Level = LogLevel.Information, Message = "The verifier ended the stream of challenges; following it again")]
    public static partial void StreamEnded(ILogger logger);

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "The stream of challenges failed: {Problem}")]
    public static partial void StreamFailed(ILogger logger, string problem);

    [LoggerMessage(EventId = 6, Level = LogLevel.Warning, Message = "Asking for a challenge failed: {Problem}")]
    public static partial void PollFailed(ILogger logger, string problem);

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message = "{Notice}")]
    public static partial void Notice(ILogger logger, string notice);
}
