using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Shype.Attest.Agent.Attesting;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Http;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Hosting;

namespace Shype.Attest.Agent.Commands;

/// <summary>Runs the agent until SIGTERM or Ctrl-C; under systemd it says when it is ready and when it ends.</summary>
internal static class Serve
{
    public static async Task<ExitCode> RunAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        ILogger<AgentLoop>? logger = null;
        using var agent = new AgentContext(options, MeasurementSources.Choose(options), TimeProvider.System, notice => AgentLog.Notice(logger!, notice));
        var enrolment = Enrolment.Need(agent.State);
        using var verifier = new VerifierClient(Verbs.NeedVerifier(agent), enrolment.Token);

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(new ServiceStatus(() => $"Answering challenges of {options.Verifier!.Url}"));
        builder.Services.AddHostedService<ServiceNotices>();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.ColorBehavior, console.TimestampFormat, console.UseUtcTimestamp) =
            (true, LoggerColorBehavior.Disabled, "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", true));
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IHostedService>(_ => new AgentLoop(agent, enrolment, verifier, logger!));
        using var host = builder.Build();
        logger = host.Services.GetRequiredService<ILogger<AgentLoop>>();
        AgentLog.Serving(logger, options.Verifier!.Url, enrolment.HostId);
        await host.RunAsync(cancellationToken).ConfigureAwait(false);
        return ExitCode.Yes;
    }
}
