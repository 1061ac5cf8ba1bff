using System.Net;
using Shype.Attest.Appraisal;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.Attacks;
using Shype.Attest.Verifier.Enrolment;
using Xunit;

namespace Shype.Attest.ServiceTests.Attacks;

/// <summary>A row whose attack is a request to enrol that is good but for one thing.</summary>
/// <param name="Name">The row's id and words.</param>
/// <param name="Code">The finding that the refusal must list.</param>
/// <param name="Forge">Makes the request from a good one.</param>
internal sealed record EnrolmentAttack(string Name, FindingCode Code, Func<Scene, SoftwareTpm, EnrolmentRequest, EnrolmentRequest> Forge) : IAttackRow
{
    /// <inheritdoc/>
    public string Reason => FindingCatalogue.KindOf(Code).Text;

    /// <summary>Runs it: what is good is taken, what is forged is refused for its reason, and no host comes of it.</summary>
    public async Task CheckAsync(Scene scene)
    {
        using var tpm = new SoftwareTpm();
        var good = tpm.Request(scene.Vendor, "forged");
        using var taken = await scene.BeginAsync(good);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        var pending = scene.Verifier.Service<PendingEnrolments>().Count;

        using var refused = await scene.BeginAsync(Forge(scene, tpm, good));
        var problem = await Answer.ProblemAsync(refused);
        Assert.Equal(ProblemTypes.EnrolmentRefused, problem.Type);
        Assert.Contains(Reason, problem.Findings!.Select(finding => finding.Code));
        Assert.Equal(pending, scene.Verifier.Service<PendingEnrolments>().Count);
        using var host = await scene.Verifier.Operator().GetAsync("/v1/hosts/forged", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, host.StatusCode);
    }
}
