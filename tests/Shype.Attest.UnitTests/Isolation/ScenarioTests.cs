using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Isolation;

/// <summary>
/// What sHype's own test suite expected of a running system (tools/xm-test/tests/security-acm), told again in tests/testdata/isolation/scenarios with policies of
/// our own: every line is an event and what the policy must say to it.
/// </summary>
public class ScenarioTests
{
    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Path.Combine(TestData.Root, "tests", "testdata", "isolation", "scenarios"), "*.txt").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_event_is_decided_as_the_scenario_says(string file)
    {
        var scenario = new Scenario();
        var number = 0;
        foreach (var line in File.ReadLines(Path.Combine(TestData.Root, "tests", "testdata", "isolation", "scenarios", file)))
        {
            number++;
            if (line.Length > 0 && line[0] != '#' && scenario.Play(line) is { } wrong)
            {
                Assert.Fail($"{file}:{number}: {line}: {wrong}");
            }
        }

        scenario.Finish();
        Assert.True(number > 5);
    }

    private sealed class Scenario
    {
        private readonly Dictionary<string, AcmPolicy> _policies = [];
        private readonly Dictionary<string, Guid> _vms = new() { ["host"] = Guid.Empty };
        private readonly List<string> _sketch = [];
        private string[] _naming = [];
        private EnforcementState? _state;

        public string? Play(string line)
        {
            if (line[0] == ' ')
            {
                _sketch.Add(line);
                return null;
            }

            Finish();
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "policy")
            {
                _naming = words;
                return null;
            }

            return words[0] switch
            {
                "boot" => Boot(words[1]),
                "change" => Change(words[1], words[2..]),
                "running" => Expect(string.Join(' ', words[1..]), string.Join(' ', _state!.Running.Select(vm => $"{vm.Name}:{vm.EffectiveLabel}"))),
                "start" => Decide(new VmStarts(new(Vm(words[1]), words[1], Label(words[2]))), words[3]),
                "stop" => Decide(new VmStops(Vm(words[1])), words[2]),
                "relabel" => Decide(new VmRelabels(Vm(words[1]), Label(words[2])), words[3]),
                "attach" => Decide(new ResourceAttaches(Vm(words[1]), new(words[2], words[3], Label(words[4]))), words[5]),
                "detach" => Decide(new ResourceDetaches(Vm(words[1]), words[2], words[3]), words[4]),
                _ => throw new ArgumentException(line),
            };
        }

        // policy FILE-NAME NAME VERSION, then the indented lines of the sketch.
        public void Finish()
        {
            if (_naming is [_, var key, var name, var version])
            {
                _policies.Add(key, PolicySketch.Read(name, version, _sketch));
            }

            _naming = [];
            _sketch.Clear();
        }

        private string? Boot(string policy)
        {
            _state = EnforcementState.AtBoot(_policies[policy]);
            return null;
        }

        private string? Change(string policy, string[] expected)
        {
            var decision = PolicyChange.Decide(_state!, _policies[policy]);
            _state = decision.Next ?? _state;
            return Expect(string.Join(' ', expected), decision.Permitted ? "ok" : string.Join(' ', decision.Problems.Select(problem => problem.Code)));
        }

        private string? Decide(EnforcementEvent happening, string expected)
        {
            var decision = Enforcement.Decide(_state!, happening);
            if (decision.Permitted)
            {
                _state = Enforcement.Record(_state!, happening);
            }

            Assert.NotEmpty(decision.Sentence);
            return Expect(expected, decision.Permitted ? "ok" : decision.Reason.ToString()) is { } wrong ? $"{wrong}; {decision.Sentence}" : null;
        }

        private static string? Expect(string expected, string found) => expected == found ? null : $"found {found}";

        private Guid Vm(string name)
        {
            if (!_vms.TryGetValue(name, out var uuid))
            {
                _vms.Add(name, uuid = new Guid(_vms.Count, 0, 0, new byte[8]));
            }

            return uuid;
        }

        private static string? Label(string word) => word == "-" ? null : word;
    }
}
