using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>Evidence in, verdict out.</summary>
public static class Appraiser
{
    /// <summary>Appraises.</summary>
    public static Appraisal Appraise(Evidence evidence, AppraisalContext context) => throw new NotImplementedException(evidence?.ToString() + context);
}
