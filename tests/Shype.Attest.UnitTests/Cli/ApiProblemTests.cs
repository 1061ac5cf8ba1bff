using System.Net;
using System.Reflection;
using System.Text;
using Shype.Attest.Cli.Api;
using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

public sealed class ApiProblemTests
{
    public static TheoryData<string> Types =>
        [.. typeof(ProblemTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(constant => (string)constant.GetRawConstantValue()!).Where(type => type != ProblemTypes.Prefix)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_problem_has_words_of_its_own(string type)
    {
        var answer = new ApiAnswer(MediaTypes.ProblemJson, Encoding.UTF8.GetBytes($$"""{"type":"{{type}}","title":"title","status":400}"""), null);
        var ended = ApiProblem.From(HttpStatusCode.BadRequest, answer, new Uri("https://verifier"));
        Assert.DoesNotContain(type, ended.Message, StringComparison.Ordinal);
        Assert.NotEqual(Attest.Cli.ExitCode.Yes, ended.ExitCode);
    }
}
