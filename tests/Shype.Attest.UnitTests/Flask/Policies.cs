using Shype.Attest.Isolation.Flask;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Flask;

internal static class Policies
{
    public static FlaskPolicy Read(string file)
    {
        Assert.True(FlaskBinary.TryParse(TestData.Bytes("flask", file), out var policy, out var problem), problem?.ToString());
        return policy;
    }
}
