using Shype.Attest.Testing.Attacks;
using Xunit;

namespace Shype.Attest.ServiceTests.Attacks;

public sealed class AttackTableTests
{
    [Fact]
    public void Every_row_of_the_attack_table_is_written_down_with_the_tests_that_carry_it_out() =>
        AttackTable.Match(AttackTable.RunningPrograms, typeof(AttackTableTests).Assembly);
}
