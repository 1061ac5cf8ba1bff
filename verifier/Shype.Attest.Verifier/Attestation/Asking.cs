using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

/// <summary>
/// Verdicts for those who ask: always from evidence that a host made after the question, never from what is kept. What is kept only says whom to ask.
/// </summary>
internal sealed class Asking(HostDirectory hosts, LiveHosts live, Elsewhere elsewhere, Results results, IAttestationStore store)
{
    /// <summary>A verdict about a host and all its VMs.</summary>
    public async Task<Asked> HostAsync(HostEntry host, Question question, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(host.Record.Id, cancellationToken);
        return answer.Verdict is { } verdict ? new Asked(results.Sign(verdict, host, question, vms: null), null) : new Asked(null, answer.Failure);
    }

    /// <summary>A verdict about a VM and its host.</summary>
    public async Task<Asked> VmAsync(string uuidOrName, Question question, CancellationToken cancellationToken)
    {
        var places = await PlacesAsync(uuidOrName, cancellationToken);
        if (places is [var place])
        {
            var asked = await VmAsync(place, question, cancellationToken);
            if (asked.Failure != AskFailure.VmUnknown)
            {
                return asked;
            }
        }

        // Started since its host last spoke, gone to another host, or claimed by two: those who may know are asked before anybody is told so.
        places = places.Count > 1
            ? await PlacesAfterAllAsync(uuidOrName, places, cancellationToken)
            : await PlacesAfterAnyAsync(uuidOrName, cancellationToken);
        return places switch
        {
            [] => new Asked(null, AskFailure.VmUnknown),
            [var now] => await VmAsync(now, question, cancellationToken),
            _ => new Asked(null, AskFailure.VmAmbiguous),
        };
    }

    private async Task<IReadOnlyList<VmPlace>> PlacesAfterAllAsync(string uuidOrName, IReadOnlyList<VmPlace> claims, CancellationToken cancellationToken)
    {
        await Task.WhenAll(claims.Select(claim => claim.HostId).Distinct(StringComparer.Ordinal).Select(live.AskAsync)).WaitAsync(cancellationToken);
        return await PlacesAsync(uuidOrName, cancellationToken);
    }

    // The first host that shows the VM ends the search: silent hosts keep nobody waiting.
    private async Task<IReadOnlyList<VmPlace>> PlacesAfterAnyAsync(string uuidOrName, CancellationToken cancellationToken)
    {
        var others = elsewhere.SearchAsync(async () => await PlacesAsync(uuidOrName, cancellationToken) is { Count: > 0 } found ? found : null, cancellationToken);
        await foreach (var answer in Task.WhenEach(live.AskAllHere()).WithCancellation(cancellationToken))
        {
            if ((await answer).Verdict is not null && await PlacesAsync(uuidOrName, cancellationToken) is { Count: > 0 } places)
            {
                return places;
            }
        }

        return await others ?? [];
    }

    private async Task<Asked> VmAsync(VmPlace place, Question question, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(place.HostId, cancellationToken);
        return answer switch
        {
            { Verdict: { } verdict } when verdict.Appraisal is { IsFresh: true, IsProven: true } appraisal && appraisal.Vms.All(vm => vm.Uuid != place.Uuid) =>
                new Asked(null, AskFailure.VmUnknown),
            { Verdict: { } verdict } => new Asked(results.Sign(verdict, hosts.Find(place.HostId)!, question, [place.Uuid]), null),
            _ => new Asked(null, answer.Failure),
        };
    }

    private async Task<HostAnswer> AskAsync(string hostId, CancellationToken cancellationToken) => await live.AskAsync(hostId).WaitAsync(cancellationToken);

    // A host that was revoked speaks for no VM.
    private async Task<IReadOnlyList<VmPlace>> PlacesAsync(string uuidOrName, CancellationToken cancellationToken)
    {
        var places = Guid.TryParseExact(uuidOrName, "D", out var uuid)
            ? await store.FindVmsAsync(uuid, cancellationToken)
            : await store.FindVmsAsync(uuidOrName, cancellationToken);
        return [.. places.Where(place => hosts.Find(place.HostId)?.Record.State == HostState.Enrolled)];
    }
}

/// <summary>What a relying party asks. Many may share the quote that answers; each gets its own nonce back, and answers to its own demands.</summary>
/// <param name="Nonce">The asker's nonce.</param>
/// <param name="Demands">What the asker demands.</param>
internal sealed record Question(byte[] Nonce, DemandSet Demands);

/// <summary>A signed result, or why there is none.</summary>
internal sealed record Asked(string? Token, AskFailure? Failure);
