using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Api;

/// <summary>What a host was proven to run, as reference values that an operator may accept; nothing of a host whose last evidence failed.</summary>
internal static class MeasuredApi
{
    /// <summary>The route.</summary>
    public static void MapMeasured(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1/hosts").RequireAuthorization(Roles.Viewer).MapGet("/{name}/measured", ReadAsync);

    private static async Task<IResult> ReadAsync(HttpContext context, string name, HostDirectory hosts, IAttestationStore store)
    {
        if (hosts.Find(name) is not { } host)
        {
            return Problems.HostUnknown;
        }

        if (Problems.NotAdmitted(host.Record.State) is { } refused)
        {
            return refused;
        }

        // Between two appraisals of this host, so that result and memory are of one.
        await host.Gate.WaitAsync(context.RequestAborted);
        try
        {
            return await store.ReadLastResultAsync(host.Record.Id, context.RequestAborted) is not { } token
                ? NotProven("This host has not shown evidence yet: shype host attest NAME asks for it.", [])
                : Answer(host, token, (await hosts.KnowAsync(host, context.RequestAborted)).Memory);
        }
        finally
        {
            host.Gate.Release();
        }
    }

    private static IResult Answer(HostEntry host, string token, Appraisal.HostMemory? memory)
    {
        if (!ResultToken.TryReadUnverified(token, out var last, out _) || memory is null)
        {
            return NotProven("What is kept about this host cannot be read.", []);
        }

        var submods = last.Result.Submods.Values;
        List<ResultFinding> against = [.. submods.SelectMany(submod => submod.Findings ?? []).Where(MeasuredReferences.Forbids).DistinctBy(finding => (finding.Code, finding.Subject, finding.Record))];
        return against.Count > 0 || submods.Any(submod => submod.Status == TrustTier.None) || memory.StickyFailure is not null
            ? NotProven("What this host measured is not to be taken for good; its last verdict says why.", against)
            : MeasuredReferences.Of(memory, host.Record.Name) is { } document ? Answers.Bytes(ReferenceSet.Encode(document), MediaTypes.Json)
            : NotProven("No log of this boot was proven that names a hypervisor.", []);
    }

    private static ProblemResult NotProven(string detail, IReadOnlyList<ResultFinding> findings) => Problems.NotProven(detail, findings);
}
