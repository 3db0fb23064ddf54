using CityLoop.Missions;

namespace CityLoop.Twin;

/// <summary>
/// Who goes to which spot when. On a free day somebody who takes part goes to the nearest spot without a stamp, less
/// likely the further it is from the middle of the home district, and then on to the next one, if that is near.
/// </summary>
sealed class Outings
{
    const double FirstHour = 9;
    const double LastHour = 17;

    readonly Behaviour _behaviour;
    readonly World _world;
    readonly Chance _chance;
    readonly Population _population;
    readonly Stop[] _stops;
    readonly double[,] _fromDistrict;
    readonly double[,] _fromStop;
    readonly List<Visit> _visits = [];

    public Outings(
        Population population, TwinPolicy policy, Behaviour behaviour, World world, Chance chance)
    {
        (_population, _behaviour, _world, _chance) = (population, behaviour, world, chance);
        var spots = policy.Spots.ToDictionary(spot => spot.Id);
        _stops = [.. policy.Mission.Activities.Select(activity => new Stop(activity, spots[activity.Spot]))];
        _fromDistrict = new double[population.Districts.Count, _stops.Length];
        _fromStop = new double[_stops.Length, _stops.Length];
        for (var stop = 0; stop < _stops.Length; stop++)
        {
            for (var d = 0; d < population.Districts.Count; d++)
                _fromDistrict[d, stop] = Chances(
                    population.Districts[d].Latitude, population.Districts[d].Longitude, stop, world.ReachKilometres);
            for (var from = 0; from < _stops.Length; from++)
                _fromStop[from, stop] = Chances(
                    _stops[from].Spot.Latitude, _stops[from].Spot.Longitude, stop, behaviour.NextSpotKilometres);
        }
    }

    /// <summary>The visits of a day, in the order in which they happen.</summary>
    public IReadOnlyList<Visit> On(int day, DateOnly date, IEnumerable<Member> members)
    {
        _visits.Clear();
        foreach (var member in members)
            if (_chance.Happens(_world.Outings, Fate.GoesOutOnDay, member.Number, day))
                GoOut(member, day, date);
        _visits.Sort(static (one, other) =>
            one.Act.At != other.Act.At
                ? one.Act.At.CompareTo(other.Act.At)
                : one.Member.Number.CompareTo(other.Member.Number));
        return _visits;
    }

    void GoOut(Member member, int day, DateOnly date)
    {
        var hour = _chance.Between(new(FirstHour, LastHour), Fate.HourOfVisit, member.Number, day);
        var at = date.ToDateTime(TimeOnly.MinValue).AddSeconds(Math.Floor(hour * 3_600));
        Span<bool> done = stackalloc bool[_stops.Length];
        for (var stop = 0; stop < _stops.Length; stop++)
            done[stop] = member.State.HasStamp(_stops[stop].Activity, date);

        var home = _population.DistrictOf[member.Number];
        for (var (here, visited) = (-1, 0); visited < _stops.Length; visited++)
        {
            var chances = here < 0 ? _fromDistrict : _fromStop;
            var next = MostLikely(chances, here < 0 ? home : here, done);
            if (next < 0 || !_chance.Happens(
                chances[here < 0 ? home : here, next], Fate.ReachesSpot, member.Number, day, visited))
                return;
            at = Answer(member, _stops[next].Activity, at, day, visited);
            done[next] = true;
            here = next;
            at = at.AddMinutes(20);
        }
    }

    /// <summary>
    /// Answers until it is right or the day's tries are used up; waits as the document tells after a wrong answer.
    /// </summary>
    DateTime Answer(Member member, Activity activity, DateTime at, int day, int visited)
    {
        var tries = activity.Quiz?.Retry.PerDay ?? 1;
        for (var attempt = 0; attempt < tries; attempt++)
        {
            var isRight = activity.Quiz is null || _chance.Happens(
                _behaviour.RightAnswer, Fate.AnswersRight, member.Number, day, (visited * 100) + attempt);
            _visits.Add(new Visit(member, new Act(member.Id, activity.Id, at)
            {
                // Who is at which level nobody has counted: the twin's people take the step that a mission asks for.
                Level = Mission.IdentityChecked,
                Spot = activity.Spot,
                Answer = activity.Quiz is not { } quiz ? null
                    : isRight ? quiz.Answer
                    : (quiz.Answer % quiz.Choices.Count) + 1,
            }));
            if (isRight)
                break;
            at = at.AddSeconds(activity.Quiz!.Retry.AfterSeconds + 1);
        }

        return at;
    }

    static int MostLikely(double[,] chances, int from, ReadOnlySpan<bool> done)
    {
        var best = -1;
        for (var stop = 0; stop < done.Length; stop++)
            if (!done[stop] && (best < 0 || chances[from, stop] > chances[from, best]))
                best = stop;
        return best;
    }

    double Chances(double latitude, double longitude, int stop, double reach) => Math.Exp(
        -Geography.Kilometres(latitude, longitude, _stops[stop].Spot.Latitude, _stops[stop].Spot.Longitude) / reach);

    readonly record struct Stop(Activity Activity, TwinSpot Spot);
}

/// <summary>One try at one spot.</summary>
sealed record Visit(Member Member, Act Act);
