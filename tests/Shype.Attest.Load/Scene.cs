using System.Net.Http.Headers;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Testing.World;
using Shype.Attest.Verifier.Hosting;
using Shype.Attest.Verifier.Store;

namespace Shype.Attest.Load;

/// <summary>Where a measurement happens: a new state folder, and verifiers that are started on it.</summary>
internal sealed class Scene(LoadOptions options) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shype-load-").FullName;
    private readonly List<VerifierUnderLoad> _started = [];

    /// <summary>What was asked for.</summary>
    public LoadOptions Options => options;

    /// <summary>The verifier's state folder.</summary>
    public string State => Directory.CreateDirectory(Path.Combine(_folder, "state"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    /// <summary>Enrols hosts in the store, while no verifier runs on it.</summary>
    public async Task<IReadOnlyList<LoadHost>> EnrolAsync(int count)
    {
        var keys = Directory.CreateDirectory(Path.Combine(State, "keys")).FullName;
        var key = PrivateFile.ReadOrCreate(Path.Combine(keys, "audit.key"), () => RandomNumberGenerator.GetBytes(32));
        using var store = AttestationStore.Open(Databases.Of(new VerifierOptions { State = State, Database = options.Database }), key, options.Deadline);
        return await Fleet.EnrolAsync(store, count);
    }

    /// <summary>Starts a verifier; returns when it serves.</summary>
    public async Task<VerifierUnderLoad> StartAsync()
    {
        var verifier = await VerifierUnderLoad.StartAsync(State, options);
        _started.Add(verifier);
        return verifier;
    }

    /// <summary>Tells a verifier which measurements are good.</summary>
    public static async Task ReferAsync(VerifierUnderLoad verifier)
    {
        using var admin = verifier.Client("operator");
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/references") { Content = new ByteArrayContent(ReferenceSet.Encode(VirtualReferences.Set.Document)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"0\""));
        using var response = await admin.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Says on standard error how far it is; standard output is for the figures.</summary>
    public static void Say(FormattableString line) => Console.Error.WriteLine(FormattableString.Invariant(line));

    /// <inheritdoc/>
    public void Dispose()
    {
        _started.ForEach(verifier => verifier.Dispose());
        Directory.Delete(_folder, recursive: true);
    }
}
