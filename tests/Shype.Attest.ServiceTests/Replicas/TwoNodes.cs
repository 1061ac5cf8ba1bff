using System.Net;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Store;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Replicas;

/// <summary>Two real verifiers on one real PostgreSQL, for all tests of a class; reference values are in force.</summary>
public sealed class TwoNodes(PostgresServer server) : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();

    internal VirtualVendor Vendor { get; } = new();

    internal Node A { get; private set; } = null!;

    internal Node B { get; private set; } = null!;

    internal string Database { get; private set; } = "";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = server.NewDatabase();
        (A, B) = (new Node(_folder["a"], "postgres:" + Database, Vendor), new Node(_folder["b"], "postgres:" + Database, Vendor));
        await A.StartAsync();
        await B.StartAsync(sharesKeysOf: A);
        Assert.Equal(HttpStatusCode.OK, (await A.PutReferencesAsync(0)).StatusCode);
        await UntilAsync(async () => await B.ReferencesVersionAsync() == 1);
    }

    public ValueTask DisposeAsync()
    {
        A?.Dispose();
        B?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A host that enrolled and that both know.</summary>
    internal async Task<EnrolledTpm> HostAsync(string name)
    {
        var enrolled = await A.EnrolAsync(name);
        await A.ApproveAsync(enrolled.Host.Id);
        await UntilAsync(async () => await B.StateAsync(name) == HostState.Enrolled);
        return enrolled;
    }

    internal static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            Now.ThrowIfCancellationRequested();
            await Task.Delay(20, Now);
        }
    }
}
