using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Bundles;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Attestation;

// What another verifier on the same store took in, for those who asked here.
internal sealed partial class AttestationService
{
    /// <summary>
    /// What became of a challenge that another verifier got the evidence for; null where nothing did yet. It is appraised again, by what is known here: of the other
    /// verifier's work only the memory is taken over, which the quote then has to fit.
    /// </summary>
    public async Task<HostAnswer?> AnswerOfAsync(HostEntry host, byte[] challenge, CancellationToken cancellationToken)
    {
        if (await others.ReadAnswerAsync(host.Record.Id, challenge, cancellationToken) is not { } stored)
        {
            return null;
        }

        await host.Gate.WaitAsync(cancellationToken);
        try
        {
            await hosts.RefreshAsync(host, cancellationToken);
            if (stored.Policies > policies.Known.Count)
            {
                // The evidence leaves out what the other verifier had.
                await policies.LoadAsync(cancellationToken);
            }

            return host.Record.State == HostState.Enrolled ? AppraiseAgain(host, stored) : HostAnswer.None(AskFailure.HostNotConnected);
        }
#pragma warning disable CA1031 // as for evidence that comes here: one host's failure ends here, and is no yes
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.AppraisalFailed(failure, host.Record.Id);
            return HostAnswer.None(AskFailure.Internal);
        }
        finally
        {
            host.Gate.Release();
        }
    }

    private HostAnswer AppraiseAgain(HostEntry host, StoredAnswer stored)
    {
        host.Knowledge = HostDirectory.Know(host, stored.Memory);
        if (!Evidence.TryDecode(stored.Evidence, out var evidence, out var malformed))
        {
            throw new StoreException($"stored evidence of host {host.Record.Id} cannot be read: {malformed}");
        }

        if (stored.Context is not { } context || !BundleContext.TryDecode(context, out var was, out _))
        {
            return HostAnswer.None(AskFailure.Internal);
        }

        var appraisal = Appraiser.AppraiseAgain(evidence, new KnownLogs(was.KnownRecords, was.KnownImaBytes), Context(host.Record, host.Knowledge, evidence, InputsOf(host)));
        return HostAnswer.Of(new HostVerdict(appraisal, Evidence.Digest(stored.Evidence)));
    }
}
