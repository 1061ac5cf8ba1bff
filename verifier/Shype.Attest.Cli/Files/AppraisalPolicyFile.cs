using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Rules;

namespace Shype.Attest.Cli.Files;

/// <summary>Appraisal policies that were named on the command line.</summary>
internal static class AppraisalPolicyFile
{
    /// <exception cref="CommandException">It cannot be read; the message names line and column.</exception>
    public static async Task<AppraisalPolicy> ReadAsync(Surroundings surroundings, string path, CancellationToken cancellationToken)
    {
        var bytes = await InputFile.ReadAsync(surroundings, path, AppraisalLimits.MaxAppraisalPolicyBytes, cancellationToken);
        return AppraisalPolicy.TryRead(InputFile.NameOf(path), bytes, out var policy, out var problem) ? policy : throw CommandException.Unusable(problem.ToString());
    }
}
