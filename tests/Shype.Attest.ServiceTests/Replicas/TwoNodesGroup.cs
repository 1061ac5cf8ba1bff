using Xunit;

namespace Shype.Attest.ServiceTests.Replicas;

/// <summary>Tests that share two verifiers.</summary>
[CollectionDefinition(Name)]
public sealed class TwoNodesGroup : ICollectionFixture<TwoNodes>
{
    public const string Name = "two verifiers on one PostgreSQL";
}
