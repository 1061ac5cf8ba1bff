using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Graph;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Verifier.Api;
using Shype.Attest.Verifier.Attestation;

namespace Shype.Attest.Verifier.Dashboard.Hosts;

/// <summary>Who may talk to whom on a host, by the policy that its log proves.</summary>
internal sealed class IsolationPicture(HostViews views, PolicyLibrary policies)
{
    /// <summary>The picture as a file of its own: its style sheet is inside, which no page allows, and it may do nothing else.</summary>
    public async Task<IResult> ShowAsync(HttpContext context, string id)
    {
        if (await views.ReadAsync(id, null, context.RequestAborted) is not { } view || GraphOf(view) is not { } graph)
        {
            return ErrorPages.Of(StatusCodes.Status404NotFound);
        }

        var svg = GraphPicture.Svg(graph);
        context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src '{StyleHash(svg)}'; frame-ancestors 'none'";
        return Answers.Bytes(Encoding.UTF8.GetBytes(svg), "image/svg+xml; charset=utf-8");
    }

    /// <summary>The graph; null where no policy is proven, it is not kept, or it is too large for a picture.</summary>
    public IsolationGraph? GraphOf(HostView view)
    {
        if (view.Memory?.Proven is not { Policy: { } proven } boot)
        {
            return null;
        }

        var file = new[] { proven.CanonicalDigest, proven.ActiveDigest, proven.SourceDigest }.OfType<MeasuredDigest>().Select(policies.Find).FirstOrDefault(found => found is not null);
        var graph = file is not { } bytes ? null : FlaskBinary.Recognises(bytes.Span) ? OfFlask(proven.Name, bytes) : OfAcm(bytes, boot.Vms.Select(vm => new RunningVm(vm.Start.Uuid, vm.Start.Name, vm.Start.Label)));
        return graph?.Nodes.Length <= GraphPicture.MaxNodes ? graph : null;
    }

    private static IsolationGraph? OfAcm(ReadOnlyMemory<byte> file, IEnumerable<RunningVm> running) =>
        AcmXml.TryParse(file.Span, out var policy, out _) ? AcmGraph.Of(policy, ImmutableHashSet<string>.Empty, [.. running]) : null;

    private static IsolationGraph? OfFlask(string name, ReadOnlyMemory<byte> file) =>
        FlaskBinary.TryParse(file.Span, out var policy, out _) && FlaskCommunication.TryOf(policy, BooleanValues.Defaults(policy), [], out var communication, out _)
            ? FlaskGraph.Of(name.Length == 0 ? "FLASK" : name, communication, ImmutableHashSet<string>.Empty)
            : null;

    private static string StyleHash(string svg)
    {
        const string Begin = "<style>", End = "</style>";
        var from = svg.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(svg[from..svg.IndexOf(End, StringComparison.Ordinal)])));
    }
}
