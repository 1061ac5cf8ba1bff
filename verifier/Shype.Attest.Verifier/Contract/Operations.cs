using Shype.Attest.Appraisal.References;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Veraison;
using Shype.Attest.Verifier.Api;

namespace Shype.Attest.Verifier.Contract;

/// <summary>
/// The routes of the interface, one row each. A route gets into the document by being mapped; what stands here is what its mapping does not say. A route
/// may instead say it itself, with the framework's WithSummary, WithName and Produces. One that nobody described fails a test.
/// </summary>
internal static class Operations
{
    /// <summary>All rows, by their route.</summary>
    public static IReadOnlyDictionary<string, Operation> All { get; } =
        new[] { Enrolment, Agents, Asking, Sessions, Hosts, Watch, References, Rules, Administration, Service }.SelectMany(rows => rows).ToDictionary(row => row.Route, StringComparer.Ordinal);

    private static IReadOnlyList<Operation> Enrolment =>
    [
        new Operation("POST /v1/enrol/", "beginEnrolment", "Takes a host's keys and certificates, and challenges its TPM.")
            .Takes<EnrolmentRequest>().Gives<EnrolmentChallenge>().Refuses(422, ProblemTypes.EnrolmentRefused),
        new Operation("POST /v1/enrol/{id}/activate", "activateEnrolment", "Takes the proof that attestation key and endorsement key are in one TPM.")
            .Takes<EnrolmentActivation>().Gives<EnrolmentResult>()
            .Refuses(403, ProblemTypes.ActivationFailed, ProblemTypes.InvitationRefused, ProblemTypes.HostRevoked)
            .Refuses(404, ProblemTypes.EnrolmentUnknown).Refuses(409, ProblemTypes.HostNameTaken, ProblemTypes.EnrolmentRefused),
    ];

    private static IReadOnlyList<Operation> Agents =>
    [
        new Operation("GET /v1/hosts/{id}/challenge", "fetchChallenge", "Mints one challenge for the host.")
            .Gives<Challenge>().Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked),
        new Operation("GET /v1/hosts/{id}/challenges", "followChallenges", "Server-sent events: a challenge whenever somebody asks for the host.")
            .Gives(MediaTypes.EventStream).Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked),
        new Operation("POST /v1/hosts/{id}/evidence", "sendEvidence", "Appraises evidence; the answer is the signed result, good or bad.")
            .Takes(MediaTypes.CmwCbor).Gives(MediaTypes.EatJwt).Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked),
        new Operation("GET /v1/hosts/{id}/logs/{kind}", "showStagedLog", "What was brought already of a long log, in pieces.")
            .Gives<StagedLog>().Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked).Refuses(404, ProblemTypes.NotFound),
        new Operation("POST /v1/hosts/{id}/logs/{kind}", "stageLog", "Takes one piece of a long log, before the evidence that proves it.")
            .Reads("boot", "first", "next").Takes(MediaTypes.LogPiece).Gives<StagedLog>().Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked).Refuses(404, ProblemTypes.NotFound),
    ];

    private static IReadOnlyList<Operation> Asking =>
    [
        new Operation("POST /v1/attest/vm/{name}", "attestVm", "Asks the VM's host for a fresh quote, and answers with a signed result about VM and host.")
            .Takes<AttestRequest>().Gives(MediaTypes.EatJwt).Gives(MediaTypes.EatCwt).Refuses(406, ProblemTypes.NotAcceptable).Refuses(404, ProblemTypes.VmUnknown).Refuses(409, ProblemTypes.VmAmbiguous)
            .Refuses(503, ProblemTypes.HostNotConnected).Refuses(504, ProblemTypes.HostDidNotAnswer),
        new Operation("POST /v1/attest/host/{name}", "attestHost", "Asks the host for a fresh quote, and answers with a signed result about it and its VMs.")
            .Takes<AttestRequest>().Gives(MediaTypes.EatJwt).Gives(MediaTypes.EatCwt).Refuses(406, ProblemTypes.NotAcceptable).Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked).Refuses(404, ProblemTypes.NotFound)
            .Refuses(503, ProblemTypes.HostNotConnected).Refuses(504, ProblemTypes.HostDidNotAnswer),
    ];

    private static IReadOnlyList<Operation> Sessions =>
    [
        new Operation("POST /challenge-response/v1/newSession", "openSession", "Opens a session of Veraison's challenge-response interface, with a nonce.")
            .Reads("nonce", "nonceSize", "eat_profile").Gives<ChallengeResponseSession>(201, MediaTypes.VeraisonSession)
            .Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked).Refuses(406, ProblemTypes.NotAcceptable),
        new Operation("POST /challenge-response/v1/session/{id}", "submitEvidence", "Appraises the evidence that answers the session's nonce, once.")
            .Takes("*/*").Gives<ChallengeResponseSession>(mediaType: MediaTypes.VeraisonSession)
            .Refuses(404, ProblemTypes.NotFound).Refuses(406, ProblemTypes.NotAcceptable).Refuses(409, ProblemTypes.SessionState).Refuses(429, ProblemTypes.TooMany),
        new Operation("GET /challenge-response/v1/session/{id}", "showSession", "Shows a session, or its result alone, as Accept says.")
            .Gives(MediaTypes.EatJwt).Gives(MediaTypes.EatCwt).Gives<ChallengeResponseSession>(mediaType: MediaTypes.VeraisonSession)
            .Refuses(400, ProblemTypes.Malformed).Refuses(404, ProblemTypes.NotFound).Refuses(406, ProblemTypes.NotAcceptable).Refuses(409, ProblemTypes.SessionState),
        new Operation("DELETE /challenge-response/v1/session/{id}", "endSession", "Ends a session.").GivesNothing().Refuses(400, ProblemTypes.Malformed),
        new Operation("GET /.well-known/veraison/verification", "discover", "What clients of the RATS interfaces ask first.")
            .Gives<VerificationService>(mediaType: MediaTypes.VeraisonDiscovery).Gives<VerificationService>().Refuses(406, ProblemTypes.NotAcceptable),
        new Operation("GET /.well-known/cose-keys", "showCoseKeys", "The keys that results are checked with, for readers of CWT.").Gives(MediaTypes.CoseKeySet),
    ];

    private static IReadOnlyList<Operation> Hosts =>
    [
        new Operation("GET /v1/hosts/", "listHosts", "Lists hosts in the order of their ids, a thousand a page.").Gives<HostList>(),
        new Operation("GET /v1/hosts/{name}", "showHost", "Shows one host, by id or name.").Gives<HostDetail>().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/hosts/{name}/verdict", "showVerdict", "The host's last signed result, fresh or not.").Gives(MediaTypes.EatJwt).Refuses(404, ProblemTypes.NotFound),
        new Operation("POST /v1/hosts/{name}/approve", "approveHost", "Lets a host in that waits for it.")
            .Takes<ApproveRequest>(optional: true).Gives<HostDetail>().Refuses(404, ProblemTypes.NotFound).Refuses(409, ProblemTypes.FingerprintNeeded),
        new Operation("POST /v1/hosts/{name}/revoke", "revokeHost", "Ends the trust in a host, with a reason.").Takes<RevokeRequest>().Gives<HostDetail>().Refuses(404, ProblemTypes.NotFound),
        new Operation("POST /v1/hosts/{name}/replace", "replaceHost", "Frees a host's name for a new TPM; the old host is revoked under another name.")
            .Takes<ReplaceRequest>().Gives<HostDetail>().Refuses(404, ProblemTypes.NotFound).Refuses(409, ProblemTypes.EnrolmentRefused),
        new Operation("POST /v1/hosts/{name}/group", "moveHost", "Moves a host to another group.").Takes<GroupRequest>().Gives<HostDetail>().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/hosts/{name}/measured", "showMeasured", "What a host was proven to run, as reference values.")
            .Gives<ReferenceDocument>().Refuses(403, ProblemTypes.HostPending, ProblemTypes.HostRevoked).Refuses(404, ProblemTypes.NotFound).Refuses(409, ProblemTypes.HostNotProven),
        new Operation("GET /v1/hosts/{name}/bundle", "showHostBundle", "The host's last verdict with all that it was made from.").Gives(MediaTypes.Bundle).Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/vms/{name}/bundle", "showVmBundle", "The last verdict about the VM's host with all that it was made from.")
            .Gives(MediaTypes.Bundle).Refuses(404, ProblemTypes.NotFound, ProblemTypes.VmUnknown).Refuses(409, ProblemTypes.VmAmbiguous),
    ];

    private static IReadOnlyList<Operation> Watch =>
    [
        new Operation("GET /v1/hosts/{name}/history", "listHostHistory", "How a host came to where it stands, the newest first.").Gives<HostEventList>().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/hosts/{name}/watch", "showHostWatch", "How a host is watched; the version is the ETag.").Gives<WatchInfo>().Refuses(404, ProblemTypes.NotFound),
        new Operation("PUT /v1/hosts/{name}/watch", "setHostWatch", "Sets how often a host is asked, and how long it may be silent.")
            .Takes<WatchRequest>().Gives<WatchInfo>().NeedsVersion().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/groups/{group}/watch", "showGroupWatch", "How a group's hosts are watched; the version is the ETag.").Gives<WatchInfo>().Refuses(404, ProblemTypes.NotFound),
        new Operation("PUT /v1/groups/{group}/watch", "setGroupWatch", "Sets how often a group's hosts are asked, and how long they may be silent.")
            .Takes<WatchRequest>().Gives<WatchInfo>().NeedsVersion().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/admissions/refused", "listRefusedHosts", "TPMs that proved themselves and were refused, the newest first.").Gives<RefusedHostList>(),
        new Operation("GET /v1/events", "followEvents", "Server-sent events: changes of hosts' states as they happen; Last-Event-ID goes on where a reader was.")
            .Gives(MediaTypes.EventStream).Refuses(429, ProblemTypes.TooMany),
        new Operation("GET /v1/webhooks/", "listWebhooks", "Lists who is told of changes of hosts' states.").Gives<WebhookList>(),
        new Operation("POST /v1/webhooks/", "addWebhook", "Tells one more; its secret is shown once.").Takes<WebhookRequest>().Gives<WebhookInfo>().Refuses(409, ProblemTypes.WebhookRefused),
        new Operation("DELETE /v1/webhooks/{name}", "removeWebhook", "Takes a webhook away.").Gives<WebhookList>().Refuses(404, ProblemTypes.NotFound),
        new Operation("POST /v1/webhooks/{name}/test", "testWebhook", "Delivers a trial, and says how that went.").Gives<WebhookTest>().Refuses(404, ProblemTypes.NotFound),
    ];

    private static IReadOnlyList<Operation> References =>
    [
        new Operation("GET /v1/references/", "showReferences", "The operators' own reference values; the version is the ETag.").Gives<ReferenceDocument>(),
        new Operation("PUT /v1/references/", "replaceReferences", "Replaces the operators' own reference values.").Takes<ReferenceDocument>().Gives<ReferenceDocument>().NeedsVersion(),
        new Operation("GET /v1/references/in-force", "showReferencesInForce", "What all sets of reference values in force add up to.").Gives<ReferenceDocument>(),
        new Operation("GET /v1/references/history", "listReferenceHistory", "Who changed what in the reference values, the newest first.").Gives<ReferenceHistory>(),
        new Operation("GET /v1/references/bundles", "listReferenceBundles", "Lists the signed bundles of reference values.").Gives<ReferenceBundleList>(),
        new Operation("POST /v1/references/bundles", "importReferenceBundle", "Takes a signed bundle of reference values in.")
            .Takes(MediaTypes.RimCose).Gives<ReferenceBundleInfo>()
            .Refuses(409, ProblemTypes.ReferenceConflict, ProblemTypes.ReferenceRolledBack)
            .Refuses(422, ProblemTypes.ReferenceUnsigned, ProblemTypes.ReferenceSignatureInvalid, ProblemTypes.ReferenceSignerUnknown, ProblemTypes.ReferenceExpired),
        new Operation("GET /v1/references/bundles/{name}", "showReferenceBundle", "A bundle's reference values.").Gives<ReferenceDocument>().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/references/bundles/{name}/signed", "showSignedBundle", "A bundle as it was signed.").Gives(MediaTypes.RimCose).Refuses(404, ProblemTypes.NotFound),
        new Operation("DELETE /v1/references/bundles/{name}", "removeReferenceBundle", "Takes a bundle away.").Gives<ReferenceBundleInfo>().NeedsVersion().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/references/signers", "listReferenceSigners", "Lists the keys that may sign bundles.").Gives<ReferenceSignerList>(),
        new Operation("POST /v1/references/signers", "addReferenceSigner", "Allows a key to sign bundles.").Takes<ReferenceSignerInfo>().Gives<ReferenceSignerInfo>().Refuses(409, ProblemTypes.ReferenceConflict),
        new Operation("DELETE /v1/references/signers/{name}", "removeReferenceSigner", "Takes a signer back.").Gives<ReferenceSignerList>().Refuses(404, ProblemTypes.NotFound),
    ];

    private static IReadOnlyList<Operation> Rules =>
    [
        new Operation("GET /v1/appraisal-policies/", "listAppraisalPolicies", "Lists the appraisal policies of all groups, all versions.").Gives<AppraisalPolicyList>(),
        new Operation("GET /v1/appraisal-policies/{group}", "showAppraisalPolicy", "A group's appraisal policy; the version is the ETag.").Gives(MediaTypes.Yaml).Refuses(404, ProblemTypes.NotFound),
        new Operation("PUT /v1/appraisal-policies/{group}", "replaceAppraisalPolicy", "Replaces a group's appraisal policy.").Takes(MediaTypes.Yaml).Gives(MediaTypes.Yaml).NeedsVersion(),
        new Operation("GET /v1/trust/", "listAuthorities", "Lists the authorities whose TPMs are believed.").Gives<TrustList>(),
        new Operation("POST /v1/trust/", "addAuthority", "Believes an authority's TPMs.").Takes<TrustAddition>().Gives<TrustChanged>().Refuses(409, ProblemTypes.TrustRefused),
        new Operation("POST /v1/trust/{id}/on", "switchAuthorityOn", "Switches a shipped authority on.").Gives<TrustChanged>().Refuses(404, ProblemTypes.NotFound).Refuses(409, ProblemTypes.TrustRefused),
        new Operation("DELETE /v1/trust/{id}", "removeAuthority", "Switches a shipped authority off, or takes an added one away.")
            .Gives<TrustChanged>().Refuses(404, ProblemTypes.NotFound).Refuses(409, ProblemTypes.TrustRefused),
    ];

    private static IReadOnlyList<Operation> Administration =>
    [
        new Operation("GET /v1/admissions/", "listAdmissions", "Lists invitations and expected TPMs.").Gives<AdmissionList>(),
        new Operation("POST /v1/admissions/invitations", "invite", "Makes an invitation; its token is shown once.").Takes<InvitationRequest>().Gives<Invitation>(),
        new Operation("POST /v1/admissions/keys", "expect", "Expects TPMs, by endorsement key, certificate or serial number.").Takes<ExpectRequest>().Gives<AdmissionList>(),
        new Operation("DELETE /v1/admissions/{id}", "withdrawAdmission", "Takes an invitation or an expected TPM back.").Gives<AdmissionList>().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/audit/", "listAudit", "Lists decisions, the newest first, 500 a page.").Gives<Protocol.Audit.AuditList>(),
        new Operation("GET /v1/audit/head", "signAuditHead", "Where the audit stands, signed.").Gives(MediaTypes.Jwt),
        new Operation("GET /v1/audit/verify", "verifyAudit", "Whether the audit's chain holds.").Gives<Protocol.Audit.AuditCheck>(),
        new Operation("GET /v1/audit/export", "exportAudit", "All of the audit, one record a line, signed at its end.").Gives(MediaTypes.JsonLines),
        new Operation("GET /v1/tokens/", "listTokens", "Lists the tokens that administrators made, never the tokens themselves.").Gives<TokenList>(),
        new Operation("POST /v1/tokens/", "addToken", "Makes a token; it is shown once.").Takes<TokenRequest>().Gives<TokenInfo>().Refuses(409, ProblemTypes.TokenRefused),
        new Operation("DELETE /v1/tokens/{name}", "removeToken", "Takes a token away.").Gives<TokenList>().Refuses(404, ProblemTypes.NotFound),
        new Operation("GET /v1/keys/", "listOwnKeys", "Lists the keys that the verifiers themselves sign with.").Gives<KeyList>(),
        new Operation("POST /v1/keys/", "rotateOwnKey", "Makes the next key of a purpose, or lets the one that waits begin.").Takes<KeyRotation>().Gives<KeyList>().Refuses(409, ProblemTypes.KeyRefused),
        new Operation("DELETE /v1/keys/{keyId}", "retireOwnKey", "Takes a key of results or challenges away.").Gives<KeyList>().Refuses(404, ProblemTypes.NotFound),
    ];

    private static IReadOnlyList<Operation> Service =>
    [
        new Operation("GET /.well-known/jwks.json", "showKeys", "The keys that results are checked with.").Gives(MediaTypes.JwkSet),
        new Operation("GET /.well-known/audit-jwks.json", "showAuditKeys", "The keys that heads of the audit are checked with.").Gives(MediaTypes.JwkSet),
        new Operation("GET /healthz", "isAlive", "Whether the program lives.").Gives("text/plain"),
        new Operation("GET /healthz/live", "isAliveAsBefore", "The same as /healthz.").Gives("text/plain"),
        new Operation("GET /readyz", "isReady", "Whether the verifier can work: a word for strangers, each part with its reason for viewers.").Gives("text/plain").Gives<ReadinessReport>().AnswersAlso503(),
        new Operation("GET /healthz/ready", "isReadyAsBefore", "The same as /readyz.").Gives("text/plain").Gives<ReadinessReport>().AnswersAlso503(),
        new Operation("GET /openapi.json", "showContract", "This document.").Gives<object>(),
    ];
}
