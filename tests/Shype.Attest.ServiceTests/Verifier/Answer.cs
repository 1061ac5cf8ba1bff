using Shype.Attest.Protocol;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Reads what the verifier answers.</summary>
internal static class Answer
{
    public static async Task<ProblemDocument> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal(MediaTypes.ProblemJson, response.Content.Headers.ContentType?.MediaType);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(ProblemDocument.TryRead(body, out var problem), System.Text.Encoding.UTF8.GetString(body));
        Assert.Equal((int)response.StatusCode, problem.Status);
        // Threat row R15: nothing of the inside.
        Assert.DoesNotContain("   at ", problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", problem.Detail, StringComparison.Ordinal);
        return problem;
    }
}
