using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using Shype.Attest.Testing;
using Shype.Attest.Verifier.Hosting;
using Xunit;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>Events of the log: their ids are what people filter and alert by, so they never change their meaning.</summary>
public sealed class LogEventTests
{
    [Fact]
    public void Every_event_has_an_id_of_its_own_and_all_are_written_down()
    {
        var events = typeof(VerifierLog).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().OrderBy(line => line.EventId).ToList();
        Assert.Equal(events.Count, events.Select(line => line.EventId).Distinct().Count());
        var text = events.Aggregate(new StringBuilder(), (all, line) => all.Append($"{line.EventId} {line.Level} {line.Message}\n"));
        Golden.Match("operations", "log-events.txt", text.ToString());
    }
}
