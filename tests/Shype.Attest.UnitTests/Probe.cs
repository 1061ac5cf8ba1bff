using Xunit;
namespace Shype.Attest.UnitTests;
public class Probe { [Fact] public void Works() => Assert.Equal(2, 1 + 1); }
