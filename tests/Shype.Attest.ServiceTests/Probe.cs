using Xunit;
namespace Shype.Attest.ServiceTests;
public class Probe { [Fact] public void Works() => Assert.Equal(2, 1 + 1); }
