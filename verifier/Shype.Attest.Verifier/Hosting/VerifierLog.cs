using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Verifier.Hosting;

/// <summary>
/// Every event that the verifier logs. Ids never change their meaning. What a host sent is escaped here and nowhere else; secrets are not even
/// parameters.
/// </summary>
internal static partial class VerifierLog
{
    public static void Enrolled(this ILogger log, string hostId, string name, EnrolmentVerdict verdict, HostState state) =>
        WriteEnrolled(log, hostId, Safe(name), verdict, state);

    public static void EnrolmentRefused(this ILogger log, string hostId, string name, EnrolmentVerdict verdict) =>
        WriteEnrolmentRefused(log, hostId, Safe(name), verdict);

    public static void ActivationFailed(this ILogger log, string hostId, string name) => WriteActivationFailed(log, hostId, Safe(name));

    public static void KeysRefused(this ILogger log, string name, string finding) => WriteKeysRefused(log, Safe(name), finding);

    public static void StateChanged(this ILogger log, string hostId, HostState state, string? reason) => WriteStateChanged(log, hostId, state, Safe(reason ?? ""));

    [LoggerMessage(100, LogLevel.Information, "Ready at {Address}, state in {State}")]
    public static partial void Ready(this ILogger log, string address, string state);

    [LoggerMessage(101, LogLevel.Warning, "Unsafe setting in use: {Setting}")]
    public static partial void UnsafeSetting(this ILogger log, string setting);

    [LoggerMessage(102, LogLevel.Critical, "The audit chain is broken: {Problem}. Somebody changed the database, or it was damaged: compare it with a backup")]
    public static partial void AuditBroken(this ILogger log, string problem);

    [LoggerMessage(110, LogLevel.Error, "{Problem}")]
    public static partial void KeyUnavailable(this ILogger log, string problem);

    public static void IssuerSilent(this ILogger log, string issuer, string problem) => WriteIssuerSilent(log, issuer, Safe(problem));

    [LoggerMessage(111, LogLevel.Warning, "The keys of the identity provider {Issuer} cannot be read: {Problem}")]
    private static partial void WriteIssuerSilent(ILogger log, string issuer, string problem);

    [LoggerMessage(112, LogLevel.Error, "Nobody is known by a client certificate until this is mended: {Problem}")]
    public static partial void ClientCertificatesUnreadable(this ILogger log, string problem);

    [LoggerMessage(103, LogLevel.Error, "Upkeep failed; it is tried again")]
    public static partial void UpkeepFailed(this ILogger log, Exception failure);

    [LoggerMessage(106, LogLevel.Error, "What other verifiers decided cannot be read; it is tried again")]
    public static partial void FollowingFailed(this ILogger log, Exception failure);

    [LoggerMessage(107, LogLevel.Warning, "Other verifiers cannot be heard; it is tried again: {Problem}")]
    public static partial void OthersUnheard(this ILogger log, string problem);

    [LoggerMessage(108, LogLevel.Error, "A message of another verifier could not be followed: {Message}")]
    public static partial void MessageFailed(this ILogger log, Exception failure, string message);

    [LoggerMessage(104, LogLevel.Error, "Request failed: {Method} {Route}, trace {TraceId}")]
    public static partial void RequestFailed(this ILogger log, Exception failure, string method, string route, string? traceId);

    [LoggerMessage(105, LogLevel.Warning, "The TLS certificate expires on {Expires}")]
    public static partial void CertificateExpires(this ILogger log, DateTimeOffset expires);

    [LoggerMessage(109, LogLevel.Information, "Metrics at {Address}, for everybody who reaches it")]
    public static partial void MetricsReady(this ILogger log, string address);

    [LoggerMessage(200, LogLevel.Information, "Host {HostId} ({Name}) enrolled: {Verdict}, state {State}")]
    private static partial void WriteEnrolled(ILogger log, string hostId, string name, EnrolmentVerdict verdict, HostState state);

    [LoggerMessage(201, LogLevel.Warning, "Host {HostId} proved its TPM, asked for the name {Name}, and was refused: {Verdict}")]
    private static partial void WriteEnrolmentRefused(ILogger log, string hostId, string name, EnrolmentVerdict verdict);

    [LoggerMessage(202, LogLevel.Warning, "Enrolment of host {HostId} ({Name}): the answer does not prove the keys")]
    private static partial void WriteActivationFailed(ILogger log, string hostId, string name);

    [LoggerMessage(203, LogLevel.Information, "Enrolment under the name {Name}: keys refused, {Finding}")]
    private static partial void WriteKeysRefused(ILogger log, string name, string finding);

    [LoggerMessage(204, LogLevel.Information, "Host {HostId} is {State} now. {Reason}")]
    private static partial void WriteStateChanged(ILogger log, string hostId, HostState state, string reason);

    [LoggerMessage(205, LogLevel.Information, "Trust changed: {Fingerprint}; {Hosts} hosts are judged differently now")]
    public static partial void TrustChanged(this ILogger log, string fingerprint, int hosts);

    [LoggerMessage(300, LogLevel.Debug, "Host {HostId} appraised: {Status}, first failure {Finding}")]
    public static partial void Appraised(this ILogger log, string hostId, TrustTier status, string? finding);

    [LoggerMessage(301, LogLevel.Error, "Appraising evidence of host {HostId} failed; its verdict says that nothing is known")]
    public static partial void AppraisalFailed(this ILogger log, Exception failure, string hostId);

    [LoggerMessage(302, LogLevel.Information, "Agent of host {HostId} connected")]
    public static partial void AgentConnected(this ILogger log, string hostId);

    [LoggerMessage(303, LogLevel.Information, "Agent of host {HostId} disconnected")]
    public static partial void AgentDisconnected(this ILogger log, string hostId);

    [LoggerMessage(310, LogLevel.Warning, "{Hosts} hosts missed their deadline")]
    public static partial void DeadlinesMissed(this ILogger log, int hosts);

    [LoggerMessage(311, LogLevel.Error, "The watch could not look after its hosts; it is tried again")]
    public static partial void SweepFailed(this ILogger log, Exception failure);

    public static void WebhookFailed(this ILogger log, string name, string why) => WriteWebhookFailed(log, Safe(name), Safe(why));

    [LoggerMessage(312, LogLevel.Warning, "Webhook {Name} did not take an event: {Why}; it is tried again")]
    private static partial void WriteWebhookFailed(ILogger log, string name, string why);

    [LoggerMessage(313, LogLevel.Error, "Webhook {Name} was given {Events} events up")]
    public static partial void WebhookGaveUp(this ILogger log, string name, long events);

    [LoggerMessage(400, LogLevel.Information, "Reference values are version {Version} now")]
    public static partial void ReferencesReplaced(this ILogger log, long version);

    public static void BundleImported(this ILogger log, string name, long sequence) => WriteBundleImported(log, Safe(name), sequence);

    public static void BundleRefused(this ILogger log, string problem, string detail) => WriteBundleRefused(log, problem, Safe(detail));

    public static void BundleRemoved(this ILogger log, string name, long sequence) => WriteBundleRemoved(log, Safe(name), sequence);

    public static void SignerAdded(this ILogger log, string name, string keyId) => WriteSignerAdded(log, Safe(name), keyId);

    public static void SignerRemoved(this ILogger log, string name) => WriteSignerRemoved(log, Safe(name));

    [LoggerMessage(401, LogLevel.Information, "Bundle of references {Name} is version {Sequence} now")]
    private static partial void WriteBundleImported(ILogger log, string name, long sequence);

    [LoggerMessage(402, LogLevel.Warning, "A bundle of references was refused, {Problem}: {Detail}")]
    private static partial void WriteBundleRefused(ILogger log, string problem, string detail);

    [LoggerMessage(403, LogLevel.Information, "Bundle of references {Name} {Sequence} was removed")]
    private static partial void WriteBundleRemoved(ILogger log, string name, long sequence);

    [LoggerMessage(404, LogLevel.Information, "Signer of references {Name} was allowed, key {KeyId}")]
    private static partial void WriteSignerAdded(ILogger log, string name, string keyId);

    [LoggerMessage(405, LogLevel.Information, "Signer of references {Name} was taken back")]
    private static partial void WriteSignerRemoved(ILogger log, string name);

    [LoggerMessage(410, LogLevel.Information, "The appraisal policy of group {Group} is version {Version} now")]
    public static partial void AppraisalPolicyReplaced(this ILogger log, string group, long version);

    [LoggerMessage(411, LogLevel.Information, "Host {HostId} is in group {Group} now")]
    public static partial void HostMoved(this ILogger log, string hostId, string group);

    private static string Safe(string text) => TextRules.Escape(text.Length <= MaxCharacters ? text : text.AsSpan(0, MaxCharacters));

    private const int MaxCharacters = 256;
}
