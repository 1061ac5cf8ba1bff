using Microsoft.Extensions.Logging.Console;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Dashboard.SignIn;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>The log, on standard error: standard output carries the one line that scripts wait for.</summary>
internal static class Logging
{
    /// <summary>Sets it up by the options.</summary>
    public static void Add(ILoggingBuilder logging, VerifierOptions options)
    {
        logging.AddConsole(console => (console.LogToStandardErrorThreshold, console.FormatterName) =
            (LogLevel.Trace, options.LogFormat == "json" ? JsonLogFormatter.FormatterName : ConsoleFormatterNames.Simple));
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<SimpleConsoleFormatterOptions>(line =>
            (line.SingleLine, line.TimestampFormat, line.UseUtcTimestamp) = (true, "yyyy-MM-dd'T'HH:mm:ss'Z' ", true));
        logging.SetMinimumLevel(Enum.Parse<LogLevel>(options.LogLevel, ignoreCase: true));
        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter(typeof(CallerHandler).FullName, LogLevel.Warning).AddFilter(typeof(SessionHandler).FullName, LogLevel.Warning);
        // What failed is logged once, by Edge; a stranger who hangs up in the middle of a body is not, or he could fill the disk.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
    }
}
