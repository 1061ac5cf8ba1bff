using Shype.Attest.Cli;

namespace Shype.Attest.UnitTests.Cli;

/// <summary>The command line in memory: what it reads, what it writes, what it ends with.</summary>
internal sealed class Terminal
{
    public static readonly DateTimeOffset Now = new(2026, 11, 25, 16, 0, 0, TimeSpan.Zero);

    public byte[] Input { get; init; } = [];

    public int? Width { get; init; }

    public Dictionary<string, string> Environment { get; } = [];

    public string Output { get; private set; } = "";

    public string Errors { get; private set; } = "";

    public ExitCode Run(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        using var surroundings = new Surroundings
        {
            Input = new MemoryStream(Input),
            Output = output,
            Errors = errors,
            TerminalWidth = Width,
            Environment = name => Environment.GetValueOrDefault(name),
            Clock = new StoppedClock(),
        };
        var exitCode = CommandLine.RunAsync(args, surroundings).GetAwaiter().GetResult();
        (Output, Errors) = (output.ToString(), errors.ToString());
        return (ExitCode)exitCode;
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
