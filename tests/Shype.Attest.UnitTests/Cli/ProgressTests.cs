using Microsoft.Extensions.Time.Testing;
using Shype.Attest.Cli;
using Shype.Attest.Cli.Output;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class ProgressTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void On_a_terminal_it_is_one_line_that_goes_away()
    {
        var told = Run(60, progress =>
        {
            progress.Tell(1, 10, "hosts");
            _clock.Advance(TimeSpan.FromSeconds(1));
            progress.Tell(5, 10, "hosts");
            _clock.Advance(TimeSpan.FromSeconds(1));
            progress.Tell(3 << 20, null, Progress.Bytes);
        });
        Assert.StartsWith("\rfetching: [============            ] 5 of 10 hosts\rfetching: 3.0 MiB ", told, StringComparison.Ordinal);
        Assert.EndsWith(" \r", told, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told);
    }

    [Fact]
    public void It_is_never_longer_than_the_terminal()
    {
        var told = Run(20, progress =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            progress.Tell(5, 10, "hosts");
        });
        Assert.All(told.Split('\r'), line => Assert.True(line.Length < 20, line));
    }

    [Fact]
    public void A_pipe_sees_nothing_of_it()
    {
        var told = Run(null, progress =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            progress.Tell(5, 10, "hosts");
        });
        Assert.Equal("", told);
    }

    [Fact]
    public void Short_work_shows_nothing() => Assert.Equal("", Run(60, progress => progress.Tell(10, 10, "hosts")));

    private string Run(int? width, Action<Progress> work)
    {
        using var errors = new StringWriter();
        using var surroundings = new Surroundings
        {
            Input = Stream.Null, Output = TextWriter.Null, Errors = errors, ErrorsWidth = width, Environment = _ => null, Clock = _clock,
        };
        using (var progress = new Progress(surroundings, "fetching"))
        {
            work(progress);
        }

        return errors.ToString();
    }
}
